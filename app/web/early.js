// Runs before the page is drawn: the chosen theme, so that nothing flashes in the other one. A
// classic script, since a module would come too late.
try {
  const theme = localStorage.getItem("clarion.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system's choice stands.
}
