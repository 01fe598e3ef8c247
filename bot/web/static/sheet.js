// WhatsApp's list: a sheet that rises from the bottom of the phone, with one row to choose.
import { icon, make } from "./elements.js";
import { words } from "./words.js";

// Show the rows of a message; `chosen` is called with the row that is sent.
export function openSheet(phone, message, opener, chosen) {
  const name = `list-${message.id}`;
  const send = make("button", { type: "submit", class: "send-row", disabled: true }, words.send);
  const closer = make("button", { type: "button", class: "round", "aria-label": words.close }, icon("close"));
  const title = make("h3", { id: `title-${name}` }, message.opens || words.choose);
  const rows = make("div", { class: "rows", role: "radiogroup", "aria-labelledby": title.id }, ...message.rows.map((row, place) => oneRow(row, name, place)));
  const form = make("form", {}, make("div", { class: "sheet-top" }, closer, title), rows, make("div", { class: "sheet-end" }, send));
  const sheet = make("div", { class: "sheet", role: "dialog", "aria-modal": "true", "aria-labelledby": title.id }, form);
  const curtain = make("div", { class: "curtain" }, sheet);
  const behind = [...phone.children];

  const close = () => {
    curtain.remove();
    behind.forEach((element) => { element.inert = false; });
    opener.isConnected ? opener.focus() : phone.querySelector("input").focus();
  };
  rows.addEventListener("change", () => { send.disabled = false; });
  closer.addEventListener("click", close);
  curtain.addEventListener("click", (event) => { if (event.target === curtain) close(); });
  curtain.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const row = message.rows[Number(new FormData(form).get("row"))];
    if (!row) return;
    close();
    chosen(row);
  });
  behind.forEach((element) => { element.inert = true; });
  phone.append(curtain);
  rows.querySelector("input").focus();
}

function oneRow(row, name, place) {
  const radio = make("input", { type: "radio", name: "row", value: place, id: `${name}-${place}` });
  return make("label", { class: "row-choice", for: radio.id },
    make("span", { class: "row-words" }, make("span", { class: "row-title" }, row.label), row.description ? make("span", { class: "row-more" }, row.description) : null),
    radio);
}
