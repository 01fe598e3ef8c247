// The simulator's page: puts phones, clock, tabs and stream together.
import { Addresses } from "./addresses.js";
import { Clock } from "./clock.js";
import { Phone } from "./phone.js";
import { Stream } from "./server.js";
import { Tabs } from "./tabs.js";

const elements = [...document.querySelectorAll("[data-phone]")];
const fixed = Object.fromEntries(elements.filter((e) => e.dataset.address).map((e) => [e.dataset.phone, e.dataset.address]));
const picker = document.getElementById("picture");
const phones = [];
let life = null; // The run of the program that speaks to us.
let old = 0; // What was there when the page was opened is not new.
let pick = () => {};

const tabs = new Tabs(document.querySelector("[data-tabs]"), document.querySelector(".phones"));
const clock = new Clock(document.querySelector("[data-clock]"), () => phones.forEach((phone) => {
  phone.log.relabelDays();
  phone.showWindow();
}));
const stream = new Stream(hear);
const addresses = new Addresses(fixed, listen);
phones.push(...elements.map((element) => new Phone(element, addresses, clock, choosePicture, (phone, message) => {
  if (message.order > old) tabs.arrived(phone.name);
})));

picker.addEventListener("change", () => {
  if (picker.files[0]) pick(picker.files[0]);
  picker.value = "";
});
listen();

function choosePicture(chosen) {
  pick = chosen;
  picker.click();
}

function listen() {
  stream.open(phones.map((phone) => phone.address));
}

function hear(kind, content) {
  if (kind === "away") phones.forEach((phone) => phone.away(true));
  else if (kind === "clock") clock.set(content.now);
  else if (kind === "hello") hello(content);
  else phones.find((phone) => phone.address === content.phone)?.hear(kind, content);
}

function hello(content) {
  phones.forEach((phone) => phone.away(false));
  if (life === null) old = content.mark;
  else if (life !== content.life) {
    phones.forEach((phone) => phone.log.forgetOrder());
    old = 0;
  }
  life = content.life;
}
