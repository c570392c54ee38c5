// Pages work without this: it copies links, shows local times, and looks for news while the page is seen.
"use strict";
(() => {
  const EVERY = 3000;
  const status = document.getElementById("status");
  const pause = document.getElementById("pause");
  const main = document.getElementById("main");
  let etag = null;
  let paused = false;

  const two = (number) => String(number).padStart(2, "0");
  const zone = (date) => (date.toLocaleTimeString(undefined, { timeZoneName: "short" }).split(" ").pop());

  function dress(root) {
    const today = new Date().toDateString();
    for (const time of root.querySelectorAll("time[datetime]")) {
      const date = new Date(time.dateTime);
      if (Number.isNaN(date.getTime())) continue;
      const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
      const day = date.toDateString() === today ? "" : date.toLocaleDateString(undefined, { day: "numeric", month: "short" }) + " ";
      time.title = `${time.dateTime} (UTC)`;
      time.textContent = `${day}${clock} ${zone(date)}`;
    }
    if (navigator.clipboard) for (const button of root.querySelectorAll(".copy")) button.hidden = false;
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).href);
      button.textContent = "Copied";
      status.textContent = "The link is copied.";
    } catch {
      status.textContent = "The browser did not allow it; mark the link and copy it.";
    }
  });

  const inside = (node) => node && node !== main && main.contains(node);
  function busy() {
    const selection = document.getSelection();
    return inside(document.activeElement) || main.querySelector("details[open]") ||
      (selection && !selection.isCollapsed && inside(selection.anchorNode));
  }

  async function look() {
    if (paused || document.visibilityState !== "visible" || busy()) return;
    const headers = { "X-Refresh": "1", Accept: "text/html" };
    if (etag) headers["If-None-Match"] = etag;
    let answer;
    try {
      answer = await fetch(location.href, { headers, cache: "no-store", redirect: "manual" });
    } catch {
      status.textContent = "The bridge does not answer; this page may be old.";
      return;
    }
    if (answer.type === "opaqueredirect") {
      paused = true;
      status.textContent = "The session has ended. Load the page again to sign in.";
    } else if (answer.status === 200) {
      etag = answer.headers.get("ETag");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("main");
      if (!fresh || paused || busy()) return;
      main.replaceChildren(...document.importNode(fresh, true).childNodes);
      dress(main);
      updated();
    } else if (answer.status === 304) {
      updated();
    } else {
      status.textContent = `The bridge answered ${answer.status}; this page may be old.`;
    }
  }

  function updated() {
    const now = new Date();
    status.setAttribute("aria-live", "off"); // the time is for the eye
    status.textContent = `Updated ${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
  }

  dress(document);
  const refusal = document.getElementById("refusal");
  if (refusal) refusal.focus();
  if (main.hasAttribute("data-refresh")) {
    pause.hidden = false;
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.textContent = paused ? "Go on updating" : "Pause updates";
      status.textContent = paused ? `${status.textContent}, paused` : "";
    });
    setInterval(look, EVERY);
  }
})();
