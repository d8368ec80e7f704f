// One described option as JSON Schema.
#pragma once

#include <string>
#include <vector>

#include <boost/json.hpp>

#include "component/options.hpp"

namespace cantrail::cli {

// The options of one table: `properties`, and the names of those that must be there.
class OptionSchemas final : public OptionVisitor {
 public:
  void option(const OptionSpec& spec) override;

  [[nodiscard]] const boost::json::object& properties() const { return properties_; }
  [[nodiscard]] const boost::json::array& required() const { return required_; }

 private:
  boost::json::object properties_;
  boost::json::array required_;
};

}  // namespace cantrail::cli
