// Light or dark: the system's choice until somebody chooses here. early.js applies it on load.

import { writeText } from "./storage.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

export function isDark() {
  return (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
}

export function toggleTheme() {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  // Choosing what the system has chosen means following it again.
  const system = dark.matches ? "dark" : "light";
  writeText("localStorage", "clarion.theme", theme === system ? null : theme);
}

export function themeButton(button) {
  const draw = () => {
    const to = isDark() ? "light" : "dark";
    button.setAttribute("aria-label", `Use the ${to} theme`);
    button.title = `Use the ${to} theme`;
  };
  button.addEventListener("click", () => {
    toggleTheme();
    draw();
  });
  dark.addEventListener("change", draw);
  draw();
}
