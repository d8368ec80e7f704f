// client.js HOST PORT COUNT: sends so many messages.
import { connect } from "node:net";

import { create, toBinary } from "@bufbuild/protobuf";
import { sizeDelimitedEncode } from "@bufbuild/protobuf/wire";

import { EnvelopeSchema } from "./envelope_pb.js";
import { WheelsSchema, type Wheels } from "./wheels_pb.js";

const [host = "127.0.0.1", port = "20300", count = "10"] = process.argv.slice(2);

const pack = (wheels: Wheels): Uint8Array =>
  sizeDelimitedEncode(
    EnvelopeSchema,
    create(EnvelopeSchema, {
      type: WheelsSchema.typeName,
      timeNs: BigInt(Date.now()) * 1_000_000n,
      payload: toBinary(WheelsSchema, wheels),
    }),
  );

const connection = connect(Number(port), host, () => {
  for (let number = 0; number < Number(count); number++) {
    const [frontLeft, frontRight] = [50 + 10 * Math.sin(number / 10), 50 + 10 * Math.cos(number / 10)];
    connection.write(pack(create(WheelsSchema, { client: "typescript", number: BigInt(number), frontLeft, frontRight })));
  }
  connection.end();
});
connection.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
