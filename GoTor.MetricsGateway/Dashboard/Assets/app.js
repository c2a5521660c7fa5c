// Brings the page up to date over server-sent events, section by section and only where something changed: focus, selected text and opened
// details stay. Everything it shows is rendered and escaped by the gateway. Without it the page refreshes itself.
"use strict";

const live = document.getElementById("live");
// The generation grows with each change of how news comes: what an older one still waits for is no longer wanted.
const source = { events: null, timer: 0, generation: 0 };
const refreshEvery = 5000;
const retryEventsAfter = 30000;

function say(state, text) {
  live.className = state;
  live.textContent = text;
}

// A browser takes the focus from an element that is moved, even with the row that it is in: give it back.
function keepingFocus(change) {
  const focused = document.activeElement;
  change();
  if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
}

function patch(html) {
  const news = new DOMParser().parseFromString(html, "text/html");
  for (const section of [...news.body.children]) {
    const old = section.id && document.getElementById(section.id);
    if (old) keepingFocus(() => morph(old, section));
  }
}

// Makes an element equal to another one with as few changes as possible.
function morph(old, young) {
  if (old.isEqualNode(young)) return;
  // A choice that is being made is not taken away.
  if (old.tagName === "SELECT" && old === document.activeElement) return;
  for (const name of old.getAttributeNames()) {
    // Which details are open is the reader's business.
    if (!young.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const name of young.getAttributeNames()) {
    if (old.getAttribute(name) !== young.getAttribute(name)) old.setAttribute(name, young.getAttribute(name));
  }
  const after = [...young.childNodes];
  for (let i = 0; i < after.length; i++) {
    const child = old.childNodes[i];
    const next = after[i];
    if (!child) {
      old.append(document.importNode(next, true));
    } else if (!alike(child, next)) {
      // Rows that changed their places are moved, so that a focused link stays focused.
      const same = find(old, i + 1, next);
      if (same) {
        old.insertBefore(same, child);
        morph(same, next);
      } else {
        old.insertBefore(document.importNode(next, true), child);
      }
    } else if (child.nodeType === Node.ELEMENT_NODE) {
      morph(child, next);
    } else if (child.data !== next.data) {
      child.data = next.data;
    }
  }
  while (old.childNodes.length > after.length) old.lastChild.remove();
}

function alike(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName && one.id === other.id && key(one) === key(other);
}

function key(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.dataset.key : undefined;
}

function find(parent, from, wanted) {
  if (key(wanted) === undefined) return null;
  for (let i = from; i < parent.childNodes.length; i++) {
    if (alike(parent.childNodes[i], wanted)) return parent.childNodes[i];
  }
  return null;
}

function connect() {
  if (source.events) return;
  disconnect();
  source.events = new EventSource(document.body.dataset.events);
  source.events.addEventListener("open", () => say("on", "Live"));
  source.events.addEventListener("patch", (event) => {
    say("on", "Live");
    patch(event.data);
  });
  source.events.addEventListener("error", () => {
    if (source.events.readyState === EventSource.CLOSED) {
      // Refused: too many pages are open, or something between cannot pass events on. Then without them.
      disconnect();
      poll(source.generation, Date.now() + retryEventsAfter);
    } else {
      say("off", "The gateway does not answer. What you see is old; trying again.");
    }
  });
}

function disconnect() {
  source.generation++;
  clearTimeout(source.timer);
  source.events?.close();
  source.events = null;
}

async function poll(generation, until) {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    // A node that is not known has a page as well, with that status.
    if (!answer.ok && answer.status !== 404) throw new Error("status " + answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (generation !== source.generation) return;
    for (const section of page.querySelectorAll("#masthead, main > *, #updated")) {
      const old = document.getElementById(section.id);
      if (old) keepingFocus(() => morph(old, section));
    }
    say("on", "Refreshing every 5 s");
  } catch {
    if (generation !== source.generation) return;
    say("off", "The gateway does not answer. What you see is old; trying again.");
  }
  source.timer = setTimeout(() => (Date.now() < until ? poll(generation, until) : connect()), refreshEvery);
}

// Nobody looks at a hidden page, and a browser has few connections to one place.
document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
addEventListener("pagehide", disconnect);
addEventListener("pageshow", () => document.hidden || connect());
