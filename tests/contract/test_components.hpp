// What can be wrong with the components of the contract's own tests (test_store, test_recording).
#pragma once

#include "component/registry.hpp"

namespace cantrail::contract {

enum class Flaw {
  none,
  forgets_options,  // describe() says something else the second time
  opens_anywhere,
  opens_once,
  miscounts,
  forgets_the_cursor,
  writes_from_any_cursor,
  takes_any_journal,
  depends_on_the_cut,
  reads_over_the_limit,
  skips_when_resuming,
  loses_at_a_cut,
  has_no_sample,
  rows_over_the_limit,
  loses_rows_at_a_cut,
  swaps_equal_times,
  rows_of_no_stream,
  rows_of_an_old_schema,  // a stream that has grown, and blocks that have not
  times_go_back,
  forgets_its_blobs,
  never_gets_on,
  probes_by_opening,      // and leaves the file that it makes
  probes_nothing,         // finds nothing wrong anywhere
  forecasts_the_reverse,  // fewer bytes for more rows
};

}  // namespace cantrail::contract
