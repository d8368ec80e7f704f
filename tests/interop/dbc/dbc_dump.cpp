// Prints what the parser makes of DBC files, one JSON object a file, for test_model.py to compare with
// another implementation.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "decode/dbc/parser.hpp"

namespace {

using namespace cantrail;

void quote(const std::string& text) {
  std::putchar('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      std::printf("\\%c", c);
    } else if (byte < 0x20) {
      std::printf("\\u%04x", byte);
    } else {
      std::putchar(c);
    }
  }
  std::putchar('"');
}

void key(const char* name, bool first = false) {
  std::printf("%s\"%s\":", first ? "" : ",", name);
}

void strings(const char* name, const std::vector<std::string>& list) {
  key(name);
  std::putchar('[');
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0) std::putchar(',');
    quote(list[i]);
  }
  std::putchar(']');
}

void text(const char* name, const std::string& value) {
  key(name);
  quote(value);
}

void attributes(const std::vector<dbc::AttributeValue>& list) {
  key("attributes");
  std::putchar('{');
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0) std::putchar(',');
    quote(list[i].name);
    std::putchar(':');
    if (const auto* whole = std::get_if<std::int64_t>(&list[i].value)) {
      std::printf("%lld", static_cast<long long>(*whole));
    } else if (const auto* number = std::get_if<double>(&list[i].value)) {
      std::printf("%.17g", *number);
    } else {
      quote(std::get<std::string>(list[i].value));
    }
  }
  std::putchar('}');
}

void print(const dbc::Signal& signal) {
  std::putchar('{');
  key("name", true);
  quote(signal.name);
  std::printf(",\"start\":%u,\"length\":%u,\"intel\":%d,\"signed\":%d,\"kind\":%d", signal.start_bit,
              signal.length_bits, signal.order == dbc::ByteOrder::intel, signal.is_signed,
              static_cast<int>(signal.kind));
  std::printf(",\"factor\":%.17g,\"offset\":%.17g,\"minimum\":%.17g,\"maximum\":%.17g", signal.factor,
              signal.offset, signal.minimum, signal.maximum);
  std::printf(",\"integral\":%d,\"factor_integer\":%lld,\"offset_integer\":%lld,\"selector\":%d",
              signal.integral_scale, static_cast<long long>(signal.factor_integer),
              static_cast<long long>(signal.offset_integer), signal.is_selector);
  text("unit", signal.unit);
  text("comment", signal.comment);
  strings("receivers", signal.receivers);
  key("values");
  std::putchar('[');
  for (std::size_t i = 0; i < signal.values.size(); ++i) {
    std::printf("%s[%lld,", i > 0 ? "," : "", static_cast<long long>(signal.values[i].value));
    quote(signal.values[i].name);
    std::putchar(']');
  }
  std::putchar(']');
  if (signal.multiplexing) {
    text("selected_by", signal.multiplexing->selector);
    key("ranges");
    std::putchar('[');
    const auto& ranges = signal.multiplexing->ranges;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      std::printf("%s[%llu,%llu]", i > 0 ? "," : "", static_cast<unsigned long long>(ranges[i].from),
                  static_cast<unsigned long long>(ranges[i].to));
    }
    std::putchar(']');
  }
  attributes(signal.attributes);
  std::putchar('}');
}

void print(const dbc::Message& message) {
  std::putchar('{');
  key("name", true);
  quote(message.name);
  std::printf(",\"id\":%u,\"extended\":%d,\"length\":%u,\"fd\":%d,\"j1939\":%d,\"cycle\":%lld", message.id,
              message.extended, message.length_bytes, message.fd, message.j1939,
              message.cycle_ms ? static_cast<long long>(*message.cycle_ms) : -1);
  text("comment", message.comment);
  strings("senders", message.senders);
  attributes(message.attributes);
  key("signals");
  std::putchar('[');
  for (std::size_t i = 0; i < message.signals.size(); ++i) {
    if (i > 0) std::putchar(',');
    print(message.signals[i]);
  }
  std::printf("]}");
}

void print(const std::string& path, const dbc::Parsed& parsed) {
  std::putchar('{');
  key("path", true);
  quote(path);
  text("version", parsed.database.version);
  text("comment", parsed.database.comment);
  std::vector<std::string> nodes, warnings;
  for (const auto& node : parsed.database.nodes) nodes.push_back(node.name);
  for (const auto& diagnostic : parsed.diagnostics) warnings.push_back(to_string(diagnostic));
  strings("nodes", nodes);
  strings("warnings", warnings);
  key("messages");
  std::putchar('[');
  for (std::size_t i = 0; i < parsed.database.messages.size(); ++i) {
    if (i > 0) std::putchar(',');
    print(parsed.database.messages[i]);
  }
  std::printf("]}\n");
}

}  // namespace

int main(int argc, char** argv) {
  int failed = 0;
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const auto parsed = cantrail::dbc::parse(bytes, argv[i]);
    if (parsed) {
      print(argv[i], *parsed);
    } else {
      std::fprintf(stderr, "%s\n", parsed.fault().message.c_str());
      failed = 1;
    }
  }
  return failed;
}
