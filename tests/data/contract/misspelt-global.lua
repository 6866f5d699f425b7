-- First paragraph: a misspelt name is an error with file:line, and the nearest name; here that of a
-- global, one of the scenario's own.
-- expect-status: 2
-- expect-message: misspelt-global.lua:6: attempt to call a nil value (global 'transfre'); did you mean "transfer"?
function transfer() end
transfre()
