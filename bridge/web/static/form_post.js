// Posts the answer to the application. The button beside it does the same by hand; from here on it would
// send a code a second time, and a code that comes twice ends what it gave (RFC 6749 §4.1.2).
const button = document.querySelector('main form button')
button.disabled = true
// A page that the browser kept and shows again has nothing under way.
addEventListener('pageshow', (event) => { if (event.persisted) button.disabled = false })
// By way of the prototype: a field of the answer may be named "submit", too.
HTMLFormElement.prototype.submit.call(document.querySelector('main form'))
