// The page's own words, in the language the page was asked for.
export const words = JSON.parse(document.getElementById("words").textContent);
export const language = document.documentElement.lang;
