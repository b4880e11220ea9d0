// What stands for OVHcloud's page of a secret: the link alone is enough, once a person asks.

import { post } from "./dom.js";
import { say, speak } from "./words.js";

speak(navigator.language);
const at = (id) => document.getElementById(id);
// The same page stands for a console's: its link begins alike.
const screen = location.hash.startsWith("#screen=");
at("title").textContent = say(screen ? "screenTitle" : "secretTitle");
at("about").textContent = say(screen ? "screenAbout" : "secretAbout");
at("show").parentElement.hidden = screen;
at("show").textContent = say("secretShow");
at("show").addEventListener("click", async () => {
  const id = new URLSearchParams(location.hash.slice(2)).get("id") ?? "";
  try {
    at("password").textContent = (await post("/api/secret", { id })).password;
  } catch {
    at("password").textContent = say("secretGone");
  }
});
