// The page was shown at the address that an application asked for; from here on F5, Back and a bookmark go to
// the page's own address, which is bound to this browser (docs/design.md, §5).
const address = document.querySelector('main').dataset.address
if (address) history.replaceState(history.state, '', address)
