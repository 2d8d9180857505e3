// A press counts once its page has been visible and focused for 0.7 s: a double click on a window on top of this
// one, whose first press closes that window, must not agree to anything here (docs/design.md, §6.20). One press is
// enough then: all buttons rest while its answer is on the way. A button that rests keeps its place for the keyboard.
const REST = 700 // milliseconds; as in bridge/web/presses.py
const GIVE_UP = 5000 // milliseconds until a press whose answer never came may be tried again
const forms = [...document.querySelectorAll('main form')]
const resting = forms.filter((form) => 'rests' in form.dataset)
let timer
let pressed = false

function allow(which, allowed) {
  for (const form of which) form.querySelector('button').setAttribute('aria-disabled', String(!allowed))
}

function rest() {
  if (pressed) return
  clearTimeout(timer)
  for (const form of resting) {
    form.querySelector('input[name=rested]')?.remove()
    // The time of a page that was shown again is for browsers without scripts.
    form.querySelector('input[name=again]')?.remove()
  }
  allow(resting, false)
  if (document.visibilityState === 'visible' && document.hasFocus()) timer = setTimeout(wake, REST)
}

function wake() {
  for (const form of resting) {
    const mark = document.createElement('input')
    Object.assign(mark, { type: 'hidden', name: 'rested', value: '1' })
    form.append(mark)
  }
  allow(resting, true)
}

function again() {
  pressed = false
  allow(forms, true)
  rest()
}

for (const form of forms) {
  form.addEventListener('submit', (event) => {
    if (form.querySelector('button').getAttribute('aria-disabled') === 'true') return event.preventDefault()
    pressed = true
    clearTimeout(timer)
    allow(forms, false)
    setTimeout(again, GIVE_UP)
  })
}
for (const name of ['focus', 'blur']) addEventListener(name, rest)
document.addEventListener('visibilitychange', rest)
addEventListener('pageshow', again) // also of a page that the browser kept and shows again
rest()
