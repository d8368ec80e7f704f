// The writer's word on what the cap takes: on the disk before the segment goes, so that whenever the process
// ends, the next one knows.
#pragma once

#include <memory>
#include <string>

#include "base/file.hpp"
#include "journal/removed.hpp"
#include "journal/segments.hpp"

namespace cantrail::journal {

// The writer's thread; readers get the word through `segments`.
class TakenByCap {
 public:
  TakenByCap(FileSystem& files, std::string folder, const JournalId& journal,
             std::shared_ptr<Segments> segments)
      : files_(files), folder_(std::move(folder)), journal_(journal), segments_(std::move(segments)) {}

  // No segment is there but this one, which is begun now: what is kept begins with it.
  void begin_with(const Place& place);
  // Before `oldest` goes. Small segments go by many: the word is for all that make `at_once` bytes, up to
  // `current` (which is not taken; nullptr: none). `end`: where records go on, should nothing be left.
  // On a disk that is full the word may have to wait for the room that the segment gives: save().
  void take(const Segment& oldest, std::uint64_t at_once, const Segment* current, const Place& end);
  // What could not be written; nothing otherwise. Tried again at the next call.
  void save();
  void save_again();  // somebody has removed the folder

 private:
  [[nodiscard]] Place place(const Segment& segment) const;

  FileSystem& files_;
  const std::string folder_;
  const JournalId journal_;
  const std::shared_ptr<Segments> segments_;
  bool is_saved_ = true;
};

}  // namespace cantrail::journal
