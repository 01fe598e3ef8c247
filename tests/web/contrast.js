// Every text in sight whose contrast with what is behind it is below the first argument, as WCAG computes it.
const least = arguments[0];
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

function colour(text) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = text;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}

const over = (top, below) => [0, 1, 2].map((part) => top[part] * top[3] + below[part] * (1 - top[3])).concat(1);

function behind(element) {
  const layers = [];
  for (let here = element; here; here = here.parentElement) {
    const layer = colour(getComputedStyle(here).backgroundColor);
    layers.push(layer);
    if (layer[3] === 1) break;
  }
  return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
}

function light([red, green, blue]) {
  const [r, g, b] = [red, green, blue].map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

function inSight(element) {
  return element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !element.closest(".unseen, [hidden], :disabled");
}

const poor = [];
function check(element, text, style) {
  const background = behind(element);
  const ratio = contrast(over(colour(style.color), background), background);
  if (ratio < least) poor.push(`${ratio.toFixed(2)} «${text.trim().slice(0, 40)}» ${element.className || element.tagName}`);
}

const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = texts.nextNode(); node; node = texts.nextNode()) {
  const element = node.parentElement;
  const isWords = node.textContent.trim() && !["SCRIPT", "STYLE"].includes(element.tagName);
  if (isWords && inSight(element)) check(element, node.textContent, getComputedStyle(element));
}
for (const field of document.querySelectorAll("input[placeholder]")) {
  if (inSight(field)) check(field, field.placeholder, getComputedStyle(field, "::placeholder"));
}
return poor;
