// A form is sent once, but for one whose answer is a file: the answer to a second press would hide the first one's, with the secret in it.
for (const form of document.querySelectorAll('form[method=post]:not([data-again])')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = 'yes'
  })
}
// A page that the browser kept and shows again has nothing under way.
addEventListener('pageshow', (event) => {
  if (event.persisted) for (const form of document.forms) delete form.dataset.sent
})

// Copy buttons; without scripts there are none, and the text can be selected.
for (const place of document.querySelectorAll('[data-copy]')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'second'
  button.textContent = place.dataset.copy
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(place.querySelector('code, pre').textContent)
    button.textContent = place.dataset.copied
  })
  place.append(button)
}
