// Keeps the board as the server draws it, without a reload; sends what people press and type.
"use strict";

const base = document.body.dataset.base;
const link = document.getElementById("link");
const notice = document.getElementById("notice");
let skew = 0; // milliseconds by which the service's clock is ahead of this browser's

function say(words) {
  notice.textContent = words;
  notice.hidden = !words;
  if (words) setTimeout(() => { if (notice.textContent === words) say(""); }, 6000);
}

function connected(yes) {
  link.textContent = yes ? "live" : "reconnecting";
  link.classList.toggle("on", yes);
}

// --- the board -----------------------------------------------------------------------------------

function atEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 60;
}

function exchange(old, fresh) {
  // What is being used keeps its place: an open menu is not pulled from under the pointer.
  if (old.isEqualNode(fresh) || old.contains(document.activeElement) && document.activeElement.matches("select")) return;
  const end = old.matches(".thread") && atEnd(old);
  const focused = old.contains(document.activeElement) ? document.activeElement.dataset.post : null;
  const place = old.scrollTop;
  old.replaceWith(fresh);
  fresh.scrollTop = end ? fresh.scrollHeight : place;
  if (focused) fresh.querySelector(`[data-post="${CSS.escape(focused)}"]`)?.focus();
}

function arrange(list, fresh) {
  for (const old of [...list.children]) {
    if (!fresh.querySelector(`:scope > #${CSS.escape(old.id)}`)) old.remove();
  }
  [...fresh.children].forEach((item, index) => {
    const known = document.getElementById(item.id);
    if (!known) list.insertBefore(item, list.children[index] ?? null);
    else if (list.children[index] !== known) list.insertBefore(known, list.children[index] ?? null);
  });
}

function draw(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = part.id && fresh.getElementById(part.id);
    if (other) exchange(part, document.importNode(other, true));
  }
  for (const list of document.querySelectorAll("[data-list]")) {
    const other = fresh.getElementById(list.id);
    if (other) arrange(list, document.importNode(other, true));
  }
  tell();
  setClock();
}

let drawing = false;
let stale = false;

async function refresh() {
  stale = true;
  if (drawing) return;
  drawing = true;
  try {
    while (stale) {
      stale = false;
      const answer = await fetch(`${base}/board`);
      if (answer.ok) draw(await answer.text());
    }
  } catch {
    connected(false);
  } finally {
    drawing = false;
  }
}

function listen() {
  const events = new EventSource(`${base}/events`);
  events.addEventListener("open", () => connected(true));
  events.addEventListener("error", () => connected(false));
  events.addEventListener("changed", refresh);
}

// --- the clock -----------------------------------------------------------------------------------

function setClock() {
  skew = Date.parse(document.querySelector("[data-clock]").dateTime) - Date.now();
}

function tick() {
  const face = document.querySelector("[data-clock]");
  face.textContent = new Date(Date.now() + skew).toISOString().slice(11, 19);
}

// --- what people do ------------------------------------------------------------------------------

async function send(method, path, body) {
  try {
    const answer = await fetch(`${base}/api/${path.replaceAll("+", "%2B")}`, {
      method,
      headers: { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.ok) return true;
    const problem = await answer.json().catch(() => ({}));
    say(problem.detail || `That did not work (${answer.status}).`);
  } catch {
    say("The simulator does not answer. What was sent may not have arrived.");
  }
  return false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-post]");
  if (!button || button.disabled) return;
  button.disabled = true;
  await send("POST", button.dataset.post, JSON.parse(button.dataset.body || "{}"));
  button.disabled = false;
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-send]");
  if (!form) return;
  event.preventDefault();
  const field = form.elements.text;
  const text = field.value;
  field.value = "";
  const path = event.submitter?.dataset.send || form.dataset.send;
  if (!await send("POST", path, { text }) && !field.value) field.value = text;
});

document.addEventListener("change", async (event) => {
  const menu = event.target.closest("select[data-trouble]");
  if (!menu) return;
  const name = menu.value;
  menu.blur();
  await send(name ? "PUT" : "DELETE", menu.dataset.trouble, name ? { name } : undefined);
});

// --- what calls say ------------------------------------------------------------------------------

const speech = document.getElementById("speech");
const told = new Set();
let aloud = false;

function tell() {
  for (const line of document.querySelectorAll("[data-say]")) {
    if (told.has(line.dataset.say)) continue;
    told.add(line.dataset.say);
    if (aloud) speechSynthesis.speak(new SpeechSynthesisUtterance(line.textContent));
  }
}

speech.hidden = !("speechSynthesis" in window);
speech.addEventListener("click", () => {
  aloud = !aloud;
  speech.setAttribute("aria-pressed", String(aloud));
  speech.textContent = aloud ? "Sound on" : "Sound off";
  if (!aloud) speechSynthesis.cancel();
});

for (const thread of document.querySelectorAll(".thread")) thread.scrollTop = thread.scrollHeight;
setClock();
setInterval(tick, 250);
tell();
listen();
