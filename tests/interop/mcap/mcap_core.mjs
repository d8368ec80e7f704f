// Reads and writes MCAP files with @mcap/core, for test_mcap.py: a file as one JSON object a line.
//
//   node mcap_core.mjs stream FILE            in the order of the file
//   node mcap_core.mjs indexed FILE…          by the summary, messages in the order of time; a header begins each file
//   node mcap_core.mjs write FILE COMPRESSION CHUNK_SIZE    from lines on standard input; 0: without chunks
//
// Numbers of 64 bits are strings of digits, bytes are hexadecimal.
import fs from "node:fs";
import readline from "node:readline";

import decompressLz4 from "@foxglove/wasm-lz4";
import zstd from "@foxglove/wasm-zstd";
import { McapIndexedReader, McapStreamReader, McapWriter } from "@mcap/core";
import * as lz4js from "lz4js";

await decompressLz4.isLoaded;
await zstd.isLoaded;
const decompressHandlers = {
  lz4: (bytes, size) => decompressLz4(bytes, Number(size)),
  zstd: (bytes, size) => zstd.decompress(bytes, Number(size)),
};

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const values = (map) => Object.fromEntries(map);

function plain(record) {
  switch (record.type) {
    case "Header":
      return { kind: "header", profile: record.profile, library: record.library };
    case "Schema":
      return { kind: "schema", id: record.id, name: record.name, encoding: record.encoding, data: hex(record.data) };
    case "Channel":
      return {
        kind: "channel", id: record.id, schema_id: record.schemaId, topic: record.topic,
        message_encoding: record.messageEncoding, metadata: values(record.metadata),
      };
    case "Message":
      return {
        kind: "message", channel: record.channelId, sequence: record.sequence, log_time: `${record.logTime}`,
        publish_time: `${record.publishTime}`, data: hex(record.data),
      };
    case "Attachment":
      return {
        kind: "attachment", log_time: `${record.logTime}`, create_time: `${record.createTime}`, name: record.name,
        media_type: record.mediaType, data: hex(record.data),
      };
    case "Metadata":
      return { kind: "metadata", name: record.name, metadata: values(record.metadata) };
    case "Statistics":
      return {
        kind: "statistics", messages: `${record.messageCount}`, schemas: record.schemaCount,
        channels: record.channelCount, attachments: record.attachmentCount, metadata: record.metadataCount,
        chunks: record.chunkCount, start: `${record.messageStartTime}`, end: `${record.messageEndTime}`,
        messages_of: Object.fromEntries([...record.channelMessageCounts].map(([id, count]) => [id, `${count}`])),
      };
    default:
      return undefined;
  }
}

function print(record) {
  const line = plain(record);
  if (line) process.stdout.write(`${JSON.stringify(line)}\n`);
}

function stream(file) {
  const reader = new McapStreamReader({ decompressHandlers, validateCrcs: true });
  reader.append(fs.readFileSync(file));
  for (let record; (record = reader.nextRecord());) {
    if (record.type === "DataEnd") break;
    print(record);
  }
}

async function indexed(file) {
  const bytes = fs.readFileSync(file);
  const readable = {
    size: async () => BigInt(bytes.length),
    read: async (offset, length) => new Uint8Array(bytes.subarray(Number(offset), Number(offset + length))),
  };
  const reader = await McapIndexedReader.Initialize({ readable, decompressHandlers });
  print(reader.header);
  for (const schema of reader.schemasById.values()) print(schema);
  for (const channel of reader.channelsById.values()) print(channel);
  for await (const message of reader.readMessages({ validateCrcs: true })) print(message);
  for await (const attachment of reader.readAttachments({ validateCrcs: true })) print(attachment);
  for await (const metadata of reader.readMetadata()) print(metadata);
  print(reader.statistics);
}

class FileWritable {
  #fd;
  #bytes = 0n;
  constructor(file) { this.#fd = fs.openSync(file, "w"); }
  async write(buffer) { this.#bytes += BigInt(fs.writeSync(this.#fd, buffer)); }
  position() { return this.#bytes; }
}

const compressors = {
  none: undefined,
  lz4: (data) => ({ compression: "lz4", compressedData: lz4js.compress(data) }),
  zstd: (data) => ({ compression: "zstd", compressedData: zstd.compress(data, 3) }),
};

async function write(file, compression, chunkSize) {
  const writer = new McapWriter({
    writable: new FileWritable(file), useChunks: chunkSize > 0, chunkSize: chunkSize || 1,
    compressChunk: compressors[compression],
  });
  const bytes = (text) => Buffer.from(text, "hex");
  const map = (object) => new Map(Object.entries(object));
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const record = JSON.parse(line);
    switch (record.kind) {
      case "header":
        await writer.start(record);
        break;
      case "schema":
        await writer.registerSchema({ ...record, data: bytes(record.data) });
        break;
      case "channel":
        await writer.registerChannel({
          schemaId: record.schema_id, topic: record.topic, messageEncoding: record.message_encoding,
          metadata: map(record.metadata),
        });
        break;
      case "message":
        await writer.addMessage({
          channelId: record.channel, sequence: record.sequence, logTime: BigInt(record.log_time),
          publishTime: BigInt(record.publish_time), data: bytes(record.data),
        });
        break;
      case "attachment":
        await writer.addAttachment({
          logTime: BigInt(record.log_time), createTime: BigInt(record.create_time), name: record.name,
          mediaType: record.media_type, data: bytes(record.data),
        });
        break;
      case "metadata":
        await writer.addMetadata({ name: record.name, metadata: map(record.metadata) });
        break;
    }
  }
  await writer.end();
}

const [command, file, compression, chunkSize] = process.argv.slice(2);
if (command === "stream") stream(file);
else if (command === "indexed") for (const each of process.argv.slice(3)) await indexed(each);
else await write(file, compression, Number(chunkSize));
