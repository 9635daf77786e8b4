// Files dropped or chosen are sent one after the other, and then named to the server. Runs when the tab is first shown.
const drop = element.querySelector("#drop");
const input = element.querySelector("#files");
const sending = element.querySelector(".sending");
const most = Number(drop.dataset.most);

const say = (text, share) => {
  sending.replaceChildren();
  if (!text) return;
  const line = document.createElement("p");
  line.textContent = text;
  sending.append(line);
  if (share === undefined) return;
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", "Sending");
  bar.max = 1;
  bar.value = share;
  sending.append(bar);
};

const send = (file, tell) =>
  new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("files", file);
    request.upload.onprogress = (event) => tell(event.lengthComputable ? event.loaded / event.total : 0);
    request.onload = () => (request.status === 200 ? done(JSON.parse(request.responseText)[0]) : fail(request.status));
    request.onerror = () => fail(0);
    request.open("POST", new URL("gradio_api/upload", document.baseURI));
    request.send(form);
  });

let busy = false;
const take = async (files) => {
  if (busy || !files.length) return;
  const large = files.filter((file) => file.size > most);
  if (large.length) {
    const names = large.map((file) => file.name).join(", ");
    say(`${names}: larger than ${drop.dataset.size}. Split it, or add it in a terminal with carrel add. Nothing was added.`);
    return;
  }
  busy = true;
  const sent = [];
  try {
    for (const [place, file] of files.entries()) {
      const name = files.length > 1 ? `${file.name} (${place + 1} of ${files.length})` : file.name;
      say(`Sending ${name}…`, 0);
      const path = await send(file, (share) => say(`Sending ${name}…`, share));
      sent.push({ path, orig_name: file.name });
    }
    say("");
    trigger("submit", { files: sent });
  } catch (status) {
    const why = status === 413 ? `it is larger than ${drop.dataset.size}` : "the connection broke, or the disk is full";
    say(`The files could not be sent: ${why}. Nothing was added.`);
  } finally {
    busy = false;
    input.value = "";
  }
};

input.addEventListener("change", () => take([...input.files]));

// Anywhere in the tab will do.
const tab = element.closest("#tab-library");
const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
let over = 0;
tab.addEventListener("dragenter", (event) => {
  if (!hasFiles(event)) return;
  over += 1;
  drop.classList.add("over");
});
tab.addEventListener("dragleave", (event) => {
  if (!hasFiles(event)) return;
  over -= 1;
  if (over <= 0) drop.classList.remove("over");
});
tab.addEventListener("dragover", (event) => {
  if (hasFiles(event)) event.preventDefault();
});
tab.addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  over = 0;
  drop.classList.remove("over");
  take([...event.dataTransfer.files]);
});
