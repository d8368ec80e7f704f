// Errors as values. A Fault says what kind of trouble it is (the pipeline decides from the kind what to do)
// and tells the user, in one sentence, what is wrong and what to do about it.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace cantrail {

// What is done about each kind (by the source runners and lanes of the pipeline, and by the command line):
enum class FaultKind : unsigned char {
  config,       // the user's configuration or arguments: exit 78 (64/65 on the command line) before start
  unavailable,  // the other side is not there now: back off, keep the data, try again
  rejected,     // this data will never be taken: set aside, count, go on
  exhausted,    // no room (disk, memory, descriptors): degrade and say so
  corrupt,      // stored bytes are not what was written: quarantine, go on
  bug,          // cantrail is wrong: abort in debug, fail that one component in release
};

[[nodiscard]] std::string_view to_string(FaultKind kind);

struct Fault {
  FaultKind kind = FaultKind::bug;
  std::string message;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Fault fault) : fault_(std::move(fault)) {}  // NOLINT(google-explicit-constructor): `return Fault{…}`
  Status(FaultKind kind, std::string message) : fault_(Fault{kind, std::move(message)}) {}

  [[nodiscard]] bool ok() const { return !fault_; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Fault& fault() const {
    assert(fault_);
    return *fault_;
  }

  // For the rare place where a failure really may be ignored: says so in the code.
  void ignore() const {}

 private:
  std::optional<Fault> fault_;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Fault fault)
      : state_(std::in_place_index<1>, std::move(fault)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] T& value() & {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const Fault& fault() const {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] Status status() const { return ok() ? Status{} : Status{fault()}; }

 private:
  std::variant<T, Fault> state_;
};

// A fault from errno: "MESSAGE: No such file or directory"; EMFILE names its limit. ENOSPC, EDQUOT, ENOMEM,
// EMFILE are `exhausted`, others `unavailable`.
[[nodiscard]] Fault errno_fault(std::string_view message, int error_number);

}  // namespace cantrail
