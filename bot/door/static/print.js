/* The page to print: a button for it, where a script may run. */
const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
