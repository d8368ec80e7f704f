#include "measured_node.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include <boost/json/parse.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/demo/free_port.hpp"
#include "cli/http_get.hpp"
#include "require.hpp"
#include "traffic.hpp"

namespace cantrail::bench {
namespace {

using cli::demo::free_port;
using cli::demo::PortKind;
using std::chrono::milliseconds;

constexpr int kPatience = 3000;  // times 10 ms

std::string file_text(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The number behind "KEY:" in a file of such lines; 0: it has none.
std::uint64_t number_behind(const std::string& text, const std::string& key) {
  const std::size_t at = ("\n" + text).find("\n" + key + ":");
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + key.size() + 1, nullptr, 10);
}

}  // namespace

MeasuredNode::MeasuredNode(NodeSetup setup)
    : setup_(std::move(setup)),
      port_(value_of(free_port(PortKind::tcp))),
      bus_ports_{value_of(free_port(PortKind::udp)), value_of(free_port(PortKind::udp))} {
  require(std::filesystem::exists(setup_.binary), setup_.binary + " is not there; ./dev build makes it");
  std::filesystem::create_directories(setup_.folder);
  write_config();
}

MeasuredNode::~MeasuredNode() {
  kill();
}

void MeasuredNode::write_config() const {
  std::ofstream(setup_.folder + "/bench.dbc") << traffic_dbc();
  std::ofstream config(setup_.folder + "/node.toml");
  config << fmt::format(
      "config_version = 1\ndata = \"{0}\"\n[node]\nname = \"bench\"\n[server]\nlisten = \"127.0.0.1:{1}\"\n"
      "[journal]\nkeep = \"8GiB\"\n",
      setup_.folder, port_);
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    config << fmt::format(
        "[source.can{0}]\ntype = \"cannelloni\"\nlisten = \"127.0.0.1:{1}\"\ndbc = \"bench.dbc\"\n", channel,
        bus_ports_[channel]);
  }
  config << setup_.sinks;
}

void MeasuredNode::start() {
  require(pid_ < 0, "the node runs already");
  const std::string config = setup_.folder + "/node.toml", log = setup_.folder + "/log.txt";
  const std::string preload = "LD_PRELOAD=" + setup_.preload, count = "SYNC_COUNT_FILE=" + setup_.count_file;
  std::vector<char*> environment;
  for (char** one = environ; *one != nullptr; ++one) environment.push_back(*one);
  if (!setup_.preload.empty()) {
    environment.push_back(const_cast<char*>(preload.c_str()));
    environment.push_back(const_cast<char*>(count.c_str()));
  }
  environment.push_back(nullptr);
  pid_ = ::fork();
  require(pid_ >= 0, "fork");
  if (pid_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execle(setup_.binary.c_str(), "cantrail", "run", config.c_str(), nullptr, environment.data());
  ::_exit(127);
}

void MeasuredNode::wait_ready() {
  for (int i = 0; i < kPatience; ++i) {
    const auto answer = cli::http_get(url(), "/readyz");
    if (answer && answer->status == 200) return;
    std::this_thread::sleep_for(milliseconds(10));
  }
  require(false, "the node does not get ready:\n" + file_text(setup_.folder + "/log.txt"));
}

void MeasuredNode::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

void MeasuredNode::stop() {
  int status = 0;
  signal(SIGTERM);
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  require(status == 0, "the node did not end well:\n" + file_text(setup_.folder + "/log.txt"));
}

void MeasuredNode::kill() {
  if (pid_ < 0) return;
  signal(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string MeasuredNode::url() const {
  return fmt::format("http://127.0.0.1:{}", port_);
}

boost::json::value MeasuredNode::try_status() const {
  const auto answer = cli::http_get(url(), "/api/status");
  return answer && answer->status == 200 ? boost::json::parse(answer->body) : boost::json::value();
}

boost::json::value MeasuredNode::status() const {
  return boost::json::parse(get("/api/status"));
}

std::string MeasuredNode::get(const std::string& path) const {
  auto answer = value_of(cli::http_get(url(), path, std::chrono::seconds(30)));
  require(answer.status == 200, path + ": " + answer.body);
  return std::move(answer.body);
}

std::uint64_t MeasuredNode::received() const {
  return status().at("received").to_number<std::uint64_t>();
}

std::string MeasuredNode::proc(const char* file) const {
  return fmt::format("/proc/{}/{}", pid_, file);
}

// The scheduler counts nanoseconds, and user and system apart only in ticks: their ratio is taken from there.
Cpu MeasuredNode::cpu() const {
  double all_s = 0;
  for (const auto& task : std::filesystem::directory_iterator(proc("task"))) {
    all_s += std::strtod(file_text(task.path().string() + "/schedstat").c_str(), nullptr) / 1e9;
  }
  const std::string stat = file_text(proc("stat"));
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));  // from field 3 on: proc(5)
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  const double share = user + system > 0 ? user / (user + system) : 0;
  return {all_s * share, all_s * (1 - share)};
}

double MeasuredNode::memory_mb(const char* key) const {
  return static_cast<double>(number_behind(file_text(proc("status")), key)) * 1024 / 1e6;
}

std::uint64_t MeasuredNode::io_bytes(const char* key) const {
  return number_behind(file_text(proc("io")), key);
}

}  // namespace cantrail::bench
