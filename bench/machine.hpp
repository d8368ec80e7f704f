// What the figures of a benchmark were measured on: without it they cannot be compared.
#pragma once

#include <string>

namespace cantrail::bench {

// "compiler g++ 12.2.0, CPU …, 2 processors, kernel Linux 6.1.0, load 0.31 (1 min), 0.20 (5 min)": one line,
// to be printed before the first figure. Other programs on the machine make every figure worse, hence the
// load.
[[nodiscard]] std::string machine_line();

[[nodiscard]] std::string load_average();  // "0.31 (1 min), 0.20 (5 min)"

}  // namespace cantrail::bench
