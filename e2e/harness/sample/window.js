// The sample's window: a small client by hand, so that nothing of the product's window is needed.
const state = { results: new Map(), bytes: new Map() };
window.sample = state;
window.goldsmith.onFrame((frame) => {
  if (typeof frame === "string") {
    const message = JSON.parse(frame);
    state.results.get(message.id)?.(message);
    return;
  }
  const id = new DataView(frame.buffer, frame.byteOffset).getUint32(0);
  state.bytes.get(id)?.(frame.subarray(4));
});
const send = (frame) => window.goldsmith.send(JSON.stringify(frame));
state.ask = (t, id, name, input) =>
  new Promise((resolve) => {
    state.results.set(id, resolve);
    send({ t, id, name, input });
  });
state.readAll = async (id) => {
  let count = 0;
  let wrong = 0;
  state.bytes.set(id, (piece) => {
    for (const byte of piece) if (byte !== ((count % 65536) + Math.floor(count++ / 65536)) % 256) wrong++;
    send({ t: "credit", id, bytes: piece.length });
  });
  await state.ask("open", id, "console.read", { machineId: "m" });
  return { count, wrong };
};
document.querySelector("input").addEventListener("change", (event) => {
  document.querySelector("#chosen").textContent = window.goldsmith.pathForFile(event.target.files[0]);
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  document.querySelector("#dropped").textContent = window.goldsmith.pathForFile(event.dataTransfer.files[0]);
});
