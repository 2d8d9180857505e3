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
