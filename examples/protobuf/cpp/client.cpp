// client HOST PORT COUNT: sends so many messages.
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>

#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/util/delimited_message_util.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "envelope.pb.h"
#include "wheels.pb.h"

int connect_to(const char* host, const char* port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host, port, &hints, &found) != 0) return -1;
  const int connection = socket(found->ai_family, SOCK_STREAM, 0);
  const bool connected = connect(connection, found->ai_addr, found->ai_addrlen) == 0;
  freeaddrinfo(found);
  return connected ? connection : -1;
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int connection = connect_to(argv[1], argv[2]);
  if (connection < 0) {
    std::cerr << "cannot connect to " << argv[1] << ":" << argv[2] << "\n";
    return 1;
  }
  google::protobuf::io::FileOutputStream out(connection);
  for (int number = 0; number < std::atoi(argv[3]); ++number) {
    car::Wheels wheels;
    wheels.set_client("cpp");
    wheels.set_number(number);
    wheels.set_front_left(50 + 10 * std::sin(number / 10.0));
    wheels.set_front_right(50 + 10 * std::cos(number / 10.0));

    cantrail::Envelope envelope;
    envelope.set_type(wheels.GetTypeName());
    envelope.set_time_ns(
        std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count());
    envelope.set_payload(wheels.SerializeAsString());
    if (!google::protobuf::util::SerializeDelimitedToZeroCopyStream(envelope, &out)) return 1;
  }
  return out.Flush() && close(connection) == 0 ? 0 : 1;
}
