// Goes on to an address that is too long for a Location header; the link beside it does the same by hand.
location.replace(document.querySelector('main a#continue').href)
