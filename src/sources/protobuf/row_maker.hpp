// From messages to blocks of rows: finds each message's type, gives a type its stream when its first message
// comes, and decodes those of one read type by type.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "component/context.hpp"
#include "model/stream_block.hpp"
#include "sources/protobuf/row_decoder.hpp"
#include "sources/protobuf/type_set.hpp"

namespace cantrail::protobuf {

// One message, taken out of its envelope.
struct Parcel {
  std::string_view type;
  ByteSpan payload;
  std::optional<std::int64_t> sent_ns;  // the envelope's word; nullopt: none, or it is not believed
  WallTime arrived;
  const std::vector<LargeValue>* large = nullptr;  // of the payload, once they are kept
};

// Ready for FrameBuilder::add_rows().
struct RowBlock {
  StreamBlock rows;
  std::vector<Digest> blobs;  // that they name
};

// What became of messages that are no rows.
struct Losses {
  std::uint64_t malformed = 0;
  std::uint64_t without_stream = 0;  // the catalog holds no more
  std::uint64_t without_blob = 0;    // rows whose large value is missing
  std::string complaint;             // about the last malformed one
};

// The source's thread.
class RowMaker {
 public:
  struct Options {
    std::string prefix;
    std::string time_field;
    bool believe_senders = true;
  };
  RowMaker(SourceContext context, Options options) : context_(context), options_(std::move(options)) {}

  // Types as they are now. One whose schema is the same keeps its stream.
  void adopt(std::shared_ptr<const TypeSet> types);
  [[nodiscard]] const TypeSet& types() const { return *types_; }

  // Values that must be kept before add(): of bytes fields, or of the whole payload where its type is not
  // known.
  [[nodiscard]] std::vector<LargeValue> large_values(const Parcel& parcel);

  // What it refers to must stay until make().
  void add(const Parcel& parcel, Losses& losses);
  // The rows of all that was added.
  void make(std::vector<RowBlock>& out, Losses& losses);

  // Columns of the widest type that has come, and the time: what a row takes at the most, in words, without
  // texts.
  [[nodiscard]] std::size_t widest_row() const { return widest_; }
  [[nodiscard]] std::uint64_t unknown() const { return unknown_count_; }
  [[nodiscard]] const std::string& last_unknown() const { return last_unknown_; }

 private:
  struct Type {
    RowPlanPtr plan;
    std::optional<StreamId> stream;
    bool refused = false;  // there is no stream for it
    std::unique_ptr<RowDecoder> decoder;
    std::vector<Parcel> parcels;
  };

  Type* find(std::string_view name);
  bool give_stream(Type& type);
  RowBlock decode(Type& type, Losses& losses);
  RowBlock decode_unknown(Losses& losses);
  void put_in_order(RowBlock& block, const std::vector<std::uint8_t>& bad);
  [[nodiscard]] std::int64_t time_of(const Parcel& parcel, std::optional<std::int64_t> own) const;

  SourceContext context_;
  Options options_;
  std::shared_ptr<const TypeSet> types_ = std::make_shared<TypeSet>();
  std::map<std::string, Type, std::less<>> known_;  // those that have come
  std::set<std::string, std::less<>> rowless_;      // that have come and make no rows
  Type unknown_;
  std::vector<Type*> touched_;  // have parcels
  std::vector<std::uint8_t> bad_;
  std::vector<std::uint32_t> order_;
  std::size_t widest_ = 3;
  std::uint64_t unknown_count_ = 0;
  std::string last_unknown_;
};

}  // namespace cantrail::protobuf
