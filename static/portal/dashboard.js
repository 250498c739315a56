// The map tells name and figure of the area under the pointer or the focus; without this script
// the same stands in the area itself and in the table beside it.
for (const side of document.querySelectorAll('.map-side')) {
  const tip = side.querySelector('.tip');
  const show = (event) => {
    const area = event.target.closest('a[data-name]');
    tip.hidden = !area;
    if (!area) return;
    tip.querySelector('.tip-name').textContent = area.dataset.name;
    tip.querySelector('.big').textContent = area.dataset.value;
    tip.querySelector('.tip-basis').textContent = area.dataset.basis;
    tip.querySelector('.tip-change').textContent = area.dataset.change || '';
  };
  const hide = () => { tip.hidden = true; };
  const map = side.querySelector('.map');
  map.addEventListener('pointerover', show);
  map.addEventListener('pointerleave', hide);
  map.addEventListener('focusin', show);
  map.addEventListener('focusout', hide);
}
