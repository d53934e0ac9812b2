// Marking with less work: what is typed saves itself, levels and phrases fill the form, and keys do
// what clicks do. Without this file every button of the page works all the same.
"use strict";

const PAUSE_MS = 900;
const answers = [...document.querySelectorAll("[data-answer]")];

function say(form, words, tone) {
  const status = form.querySelector("[data-status]");
  status.className = `end small tone ${tone}`;
  // The words of the page's language stand in the page.
  status.textContent = words(status.dataset);
}

async function save(form) {
  if (form.saving) {
    form.again = true;
    return;
  }
  form.saving = true;
  form.dirty = false;
  say(form, (page) => `… ${page.saving}`, "wait");
  const fields = new FormData(form);
  fields.delete("back");
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { Accept: "application/json" },
    });
    const found = await answer.json();
    if (answer.ok) {
      form.elements.seen.value = found.seen;
      say(form, (page) => `✓ ${page.saved}`, "good");
      if (!found.waits) form.querySelector("[data-waits]")?.remove();
    } else {
      form.dirty = true;
      say(form, () => `✗ ${found.error.message} ${found.error.hint}`, "bad");
    }
  } catch {
    form.dirty = true;
    say(form, (page) => `✗ ${page.failed}`, "bad");
  } finally {
    form.saving = false;
    if (form.again) {
      form.again = false;
      save(form);
    }
  }
}

function later(form) {
  form.dirty = true;
  clearTimeout(form.timer);
  form.timer = setTimeout(() => save(form), PAUSE_MS);
}

for (const form of document.querySelectorAll("[data-autosave]")) {
  form.addEventListener("input", () => later(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(form.timer);
    const button = event.submitter;
    if (button?.name === "level") form.elements.points.value = button.value;
    if (button?.name === "phrase") {
      const comment = form.elements.comment;
      comment.value = [comment.value.trim(), button.value].filter(Boolean).join("\n\n");
    }
    save(form);
  });
}

window.addEventListener("beforeunload", (event) => {
  const forms = [...document.querySelectorAll("[data-autosave]")];
  if (forms.some((form) => form.dirty)) event.preventDefault();
});

function current() {
  const focused = document.activeElement?.closest("[data-answer]");
  return focused ? answers.indexOf(focused) : -1;
}

function go(step) {
  const next = answers[Math.min(Math.max(current() + step, 0), answers.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "start" });
}

document.addEventListener("keydown", (event) => {
  const answer = answers[current()];
  if (event.key === "Escape" && answer) {
    answer.focus();
    return;
  }
  if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  const form = answer?.querySelector("[data-autosave]");
  const level = form?.querySelectorAll(".level")[Number(event.key) - 1];
  const field = { p: "points", c: "comment" }[event.key];
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (level) level.click();
  else if (field && form?.elements[field]) form.elements[field].focus();
  else return;
  event.preventDefault();
});
