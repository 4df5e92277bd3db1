/* The page of a case link: its link can be copied. Without a script it can be selected. */
const button = document.getElementById("copy");
const link = document.getElementById("link");
const status = document.getElementById("status");
button.hidden = false;
button.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(link.value);
    status.textContent = button.dataset.copied;
  } catch (error) {
    status.textContent = button.dataset.failed;
  }
});
