// Files whose footer says something else than their writer wrote, for readers that must not believe it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "files/digest_keys.h"
#include "files/footer_reader.h"
#include "storage/temporary_directory.h"

namespace sluice::test {

/// Puts another footer at the end of the file. Without its digest the file counts as another writer's.
inline void rewrite_footer(const std::string& path, const std::function<void(FileMetaData&)>& change) {
  const std::string whole = read_file(path);
  FileFooter footer = read_footer(RandomReader::open(path));
  std::erase_if(footer.metadata.key_value_metadata,
                [](const KeyValue& entry) { return entry.key == kFooterDigestKey; });
  change(footer.metadata);
  Bytes bytes;
  bytes.append(std::string_view(whole).substr(0, footer.place.offset));
  ThriftWriter out(bytes);
  footer.metadata.write(out);
  append_trailer(bytes.size() - footer.place.offset, bytes);
  write_file(path, std::string(bytes.view()));
}

}  // namespace sluice::test
