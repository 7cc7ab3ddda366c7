// A form that came back has the focus where it has to change. The field says why by aria-describedby.
const wrong = document.querySelector("[aria-invalid=true]");
const first = wrong?.matches("input, select, textarea") ? wrong : wrong?.querySelector("input, select, textarea");
first?.focus();
