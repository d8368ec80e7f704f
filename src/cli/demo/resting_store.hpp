// A sink that can be made to look as if its store were away, and be woken again.
#pragma once

#include <functional>
#include <memory>

#include "component/sink.hpp"

namespace cantrail::cli::demo {

// `rests` is asked from the lane's thread at every open and write.
[[nodiscard]] std::unique_ptr<Sink> make_resting_store(std::unique_ptr<Sink> sink,
                                                       std::function<bool()> rests);

}  // namespace cantrail::cli::demo
