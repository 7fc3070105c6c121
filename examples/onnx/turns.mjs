// Step a policy with onnxruntime-node alone: the file says how a turn becomes bits.
//
//     npm install onnxruntime-node
//     node turns.mjs model.onnx < turns.jsonl
//
// The same as turns.py. ONNX Runtime for Node does not show the metadata of a file, so write them beside it:
//     python -c "import json, sys, onnx; print({p.key: p.value for p in onnx.load('model.onnx').metadata_props}['inputs'])" > model.json

import { readFileSync } from "node:fs";
import ort from "onnxruntime-node";

const [file] = process.argv.slice(2);
const inputs = JSON.parse(readFileSync(file.replace(/\.onnx$/, ".json"), "utf8"));
const session = await ort.InferenceSession.create(file);
const scripts = /\\p\{(Han|Hiragana|Katakana|Thai|Lao|Khmer|Myanmar|Tibetan)\}/g;
const anyScript = new RegExp(inputs.words.any_script.replace(scripts, "\\p{Script=$1}"), "gv");
const ascii = new RegExp(inputs.words.ascii, "g");
const run = new RegExp(`^(?:${inputs.words.unspaced_run.replace(scripts, "\\p{Script=$1}")})$`, "v");

function tokens(given) {
  const text = given.normalize("NFKC").toLowerCase().normalize("NFKC").replaceAll("’", "'");
  if (/^[\x00-\x7f]*$/.test(text)) return text.match(ascii) ?? [];
  return (text.match(anyScript) ?? []).flatMap((token) => {
    const letters = [...token];
    return run.test(token) && letters.length > 2 ? letters.slice(1).map((next, at) => letters[at] + next) : [token];
  });
}

const slotValues = Object.entries(inputs.slot_values)
  .flatMap(([slot, values]) => values.flatMap((value) => [value, value.replaceAll("_", " ")].map((text) => [tokens(text), `<${slot}>`])))
  .sort((one, other) => other[0].length - one[0].length);

function words(text) {
  const left = tokens(text), replaced = [];
  while (left.length) {
    const match = slotValues.find(([value]) => value.length && value.every((word, at) => left[at] === word));
    replaced.push(match ? match[1] : left[0]);
    left.splice(0, match ? match[0].length : 1);
  }
  return replaced;
}

const index = (known, name) => (known.indexOf(name) < 0 ? known.length : known.indexOf(name));
const indices = (known, names) => new Set(names.map((name) => index(known, name)));
const bucket = (edges, value) => edges.filter((edge) => edge <= value).length;

function factBit(codes, name, value) {
  let first = 0;
  for (const code of codes) {
    const unknown = code.edges ? code.edges.length + 1 : code.values.length;
    if (code.name === name) {
      if (code.edges) return first + (typeof value === "number" ? bucket(code.edges, value) : unknown);
      return first + index(code.values, String(value));
    }
    first += unknown + 1;
  }
  return first;
}

let previous = null, turns = 0, silent = 0;

function bitsOfBlock(block, said, facts) {
  const known = block.words ?? block.actions;
  switch (block.block) {
    case "user_words":
      return said.length ? indices(known, said) : [known.length + 1];
    case "previous_actions":
      return previous === null ? [known.length + 1] : indices(known, previous);
    case "last_response":
      return indices(known, (previous ?? []).flatMap((action) => block.usual[action] ?? []));
    case "position":
      return [bucket(block.turn_edges, turns), block.turn_edges.length + 1 + silent];
    case "facts":
      return new Set(Object.entries(facts).map(([name, value]) => factBit(block.facts, name, value)));
    default:
      throw new Error(`this example does not know the block ${block.block}`);
  }
}

const [, ...stateNames] = session.inputNames;
const [, ...newNames] = session.outputNames;
let states = null;
for (const line of readFileSync(0, "utf8").split("\n").filter((text) => text.trim())) {
  const turn = JSON.parse(line);
  silent = turn.user ? 0 : Math.min(silent + 1, 4);
  const facts = Object.fromEntries(Object.entries(turn.facts ?? {}).filter(([name]) => !name.startsWith("candidate.")));
  const said = words(turn.user ?? "");
  const bits = inputs.blocks.flatMap((block) => [...bitsOfBlock(block, said, facts)].map((bit) => block.first_bit + bit));
  turns += 1;
  states ??= Object.fromEntries(stateNames.map((name) => {
    const width = session.inputMetadata.find((input) => input.name === name).shape[1];
    return [name, new ort.Tensor("float32", new Float32Array(width), [1, width])];
  }));
  const feed = { bits: new ort.Tensor("int64", BigInt64Array.from(bits.map(BigInt)), [1, bits.length]), ...states };
  const result = await session.run(feed);
  states = Object.fromEntries(stateNames.map((name, at) => [name, result[newNames[at]]]));
  const probabilities = [...result.probabilities.data];
  const best = probabilities.indexOf(Math.max(...probabilities));
  previous = turn.actions?.length ? turn.actions : [inputs.actions[best]];
  console.log(JSON.stringify({ action: inputs.actions[best], probability: Math.round(probabilities[best] * 1e4) / 1e4 }));
}
