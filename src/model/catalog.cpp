#include "model/catalog.hpp"

namespace cantrail {

std::string Catalog::qualified_name(StreamId stream) const {
  const StreamInfo& info = streams[stream];
  return info.channel ? channels[*info.channel].alias + ":" + info.row->name : info.row->name;
}

}  // namespace cantrail
