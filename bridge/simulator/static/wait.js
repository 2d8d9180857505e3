// The page with the QR code goes on by itself once the phone has answered, or the time is over.
const ask = document.querySelector('[data-ask]').dataset.ask
setInterval(async () => {
  const said = await fetch(ask).catch(() => null)
  if (said && said.status !== 204) location.reload()
}, 1500)
