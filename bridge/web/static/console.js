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

// A colour is seen while it is written. The sheet that a page loads has the one that is saved.
for (const field of document.querySelectorAll('input[data-colour]')) {
  const preview = document.getElementById(field.dataset.colour)
  const picker = document.createElement('input')
  picker.type = 'color'
  picker.setAttribute('aria-labelledby', field.id + '-label')
  const show = () => {
    const written = /^#[0-9a-f]{6}$/i.test(field.value) ? field.value : ''
    preview.style.setProperty('--accent', written)
    preview.style.setProperty('--accent-line', written)
    preview.style.setProperty('--accent-ink', written ? '#ffffff' : '')
    picker.value = (written || field.placeholder).toLowerCase()
  }
  picker.addEventListener('input', () => { field.value = picker.value; show() })
  field.addEventListener('input', show)
  field.after(picker)
  show()
}

// A list that is searched while one types (htmx). Where the answer is another page, such as the one to sign in, go there.
document.addEventListener('htmx:beforeSwap', (event) => {
  const { xhr, pathInfo } = event.detail
  const there = xhr.responseURL ? new URL(xhr.responseURL).pathname : ''
  if (xhr.status === 200 && there === new URL(pathInfo.finalRequestPath, location.href).pathname) return
  event.detail.shouldSwap = false
  location.assign(there && xhr.status < 400 ? xhr.responseURL : location.href)
})
