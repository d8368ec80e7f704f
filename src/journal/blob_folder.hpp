// The blobs of a node: files named by their content's SHA-256, kept while the journal may hold a row that
// names them (docs/decisions/0027-blobs.md).
//
// On disk: FOLDER/ab/cdef… (the digest in hex, cut behind two digits), FOLDER/new-N while one is written, and
// FOLDER/named, a text: "cantrail blobs 1 JOURNAL", then lines "DIGEST EPOCH SEQ", of which the last of a
// digest counts: every row that names it lies before that position.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "component/blob_store.hpp"
#include "component/context.hpp"
#include "model/position.hpp"

namespace cantrail {

struct BlobOptions {
  std::string folder;
  std::uint64_t cap_bytes = 0;  // 0: the smaller of 4 GiB and 10 % of the disk
};

struct BlobStats {
  std::uint64_t blobs = 0, bytes = 0, cap_bytes = 0;
};

// Thread-safe. put() and get() wait for the disk, the others never do.
class BlobFolder final : public BlobStore {
 public:
  struct Parts {
    BlobOptions options;
    JournalId journal;
    std::uint32_t epoch = 0;                          // of this run
    std::function<std::optional<Position>()> oldest;  // record of the journal; nullopt: it is empty
    FileSystem& files;
    Log& log;
  };
  // Removes what a crash has left half written. Nothing is made before the first put().
  explicit BlobFolder(Parts parts);
  ~BlobFolder() override;  // writes down which positions name what

  Result<BlobReference> put(std::span<const std::byte> content) override;

  // Rows that name these, one put() each, have been given positions before `upto`, or will never come.
  void named(std::span<const Digest> digests, const Position& upto);

  // Faults: rejected (there is none), unavailable.
  Result<std::string> get(const Digest& digest) const;

  [[nodiscard]] BlobStats stats() const;  // zeros before the first put()

 private:
  struct Place {  // in this journal
    std::uint32_t epoch = 0;
    std::uint64_t seq = 0;
    auto operator<=>(const Place&) const = default;
  };
  struct Entry {
    std::uint64_t bytes = 0;
    std::uint32_t pins = 0;  // put, and not yet named
    Place upto;              // no row that names it lies at or behind this place
  };
  using Line = std::pair<Digest, Place>;

  [[nodiscard]] std::string path_of(const Digest& digest) const;
  // With disk_mutex_ held:
  Status look();
  void look_into(const std::string& prefix, std::map<Digest, Entry>& found);
  void read_lines(std::map<Digest, Entry>& found);
  Status take_room(std::uint64_t bytes);
  [[nodiscard]] bool pin_if_known(const Digest& digest);
  void enter(const Digest& digest, std::uint64_t bytes);
  Status write_lines();
  Status begin_lines();
  // With mutex_ held:
  void unpin(const Digest& digest, Place upto);
  [[nodiscard]] Status no_room(std::uint64_t bytes, bool on_disk) const;
  // With neither:
  Result<BlobReference> write(const Digest& digest, std::span<const std::byte> content);
  [[nodiscard]] Status write_new(const std::string& temporary, std::span<const std::byte> content);
  Result<BlobReference> keep_again(const Digest& digest, std::uint64_t bytes);
  Status write_durable_line(const Digest& digest);

  Parts parts_;
  // Held while names change in the folder or lines are written, not while bytes are synced. Taken before
  // mutex_.
  std::mutex disk_mutex_;
  bool looked_ = false;
  std::uint64_t next_temporary_ = 0;
  std::shared_ptr<File> lines_;  // FOLDER/named, appended to; nullptr: the next line begins it anew
  std::size_t written_lines_ = 0;
  std::set<Digest> given_up_;  // of which lines_ still tells

  mutable std::mutex mutex_;  // guards what follows; never held while the disk is waited for
  std::map<Digest, Entry> entries_;
  std::set<std::pair<Place, Digest>> by_place_;  // those without pins
  std::uint64_t bytes_ = 0;                      // with those being written
  std::uint64_t cap_bytes_ = 0;
  std::vector<Line> unwritten_;
};

}  // namespace cantrail
