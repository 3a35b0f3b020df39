import protobuf from "protobufjs"
import { readFileSync } from "node:fs"
const root = new protobuf.Root()
root.resolvePath = (_: string, target: string) => "/tmp/f/protos/" + target
const file = process.argv[2]!
await root.load("protos/perfetto/trace/trace_packet.proto", { keepCase: true })
await root.load("protos/perfetto/trace/trace.proto", { keepCase: true })
const Trace = root.lookupType("perfetto.protos.Trace")
const bytes = readFileSync(file)
const trace = Trace.decode(bytes) as any
const kinds: any = {}
for (const p of trace.packet) {
  const k = p.track_event ? "event " + p.track_event.type : p.track_descriptor ? "track" : "other"
  kinds[k] = (kinds[k] ?? 0) + 1
}
console.log(trace.packet.length, kinds, Trace.verify(trace))
console.log(
  JSON.stringify(
    trace.packet.slice(0, 12).map((p: any) => p.toJSON()),
    null,
    1
  ).slice(0, 3500)
)
