// Keeps what the server drew up to date, and counts down between two looks. Nothing here is needed:
// without it the page is the same, as of when it was loaded.
"use strict";

const EVERY = 5000; // milliseconds between two looks
const SOON = 1800; // seconds: a promise this near is shown as urgent
const link = document.getElementById("link");
let skew = Date.parse(document.body.dataset.now) - Date.now(); // the service's clock against ours

// --- words ---------------------------------------------------------------------------------------

function lasting(seconds) {
  const s = Math.abs(Math.trunc(seconds));
  if (s >= 172800) return `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`;
  if (s >= 3600) return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
  if (s >= 600) return `${Math.floor(s / 60)} min`;
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function count() {
  const now = Date.now() + skew;
  for (const time of document.querySelectorAll("time[data-due], time[data-left], time[data-since]")) {
    const left = (Date.parse(time.dateTime) - now) / 1000;
    if ("due" in time.dataset) {
      put(time, left >= 0 ? `in ${lasting(left)}` : `${lasting(left)} late`);
      const badge = time.closest(".due");
      if (badge) badge.className = `due ${left <= 0 ? "late" : left <= SOON ? "soon" : "calm"}`;
    } else put(time, lasting(left));
  }
  const clock = document.querySelector("[data-clock]");
  if (clock) put(clock, new Date(now).toISOString().slice(11, 16));
}

// --- looking again -------------------------------------------------------------------------------

function busy(part) {
  // What is being used or filled in is not pulled away.
  return part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")
    || part.querySelector("details[open] form") !== null;
}

function exchange(part, fresh) {
  if (busy(part)) return;
  const held = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  part.replaceWith(fresh);
  if (held) fresh.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus();
}

function draw(html) {
  const there = new DOMParser().parseFromString(html, "text/html");
  if (!there.body.dataset.now) return;
  skew = Date.parse(there.body.dataset.now) - Date.now();
  for (const part of document.querySelectorAll("[data-live][id]")) {
    const fresh = there.getElementById(part.id);
    if (fresh) exchange(part, document.importNode(fresh, true));
  }
  count();
}

function connected(yes) {
  if (!link) return;
  link.hidden = false;
  link.classList.toggle("on", yes);
  put(link, yes ? "live" : "no answer, trying again");
}

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.pathname, { cache: "no-store", redirect: "manual" });
    if (answer.status === 401 || answer.type === "opaqueredirect") return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    draw(await answer.text());
    connected(true);
  } catch {
    connected(false);
  }
}

// --- forms ---------------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  // Pressed twice on a bad line, it is still sent once.
  if (event.target.dataset.sent) return event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    put(button, "Copied");
  });
}

count();
setInterval(count, 1000);
if (link) {
  connected(true);
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
