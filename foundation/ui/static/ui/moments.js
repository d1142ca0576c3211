// For a time that the clocks show twice (end of daylight saving time): shows a choice between the two.
(() => {
  "use strict";

  /** [value, label] of both hours, when the time typed is one of them. */
  function hoursOf(typed, nights) {
    for (const night of nights.split(";").filter(Boolean)) {
      const [first, until, ...hours] = night.split("|");
      if (typed >= first && typed < until) {
        return hours.map((hour) => hour.split("=")).map(([offset, name]) => [offset, `${typed.slice(11, 16)} ${name}`]);
      }
    }
    return [];
  }

  document.addEventListener("input", ({ target }) => {
    const choice = target.nextElementSibling;
    if (!choice?.matches?.("select[data-nights]")) return;
    const hours = hoursOf(target.value, choice.dataset.nights);
    const before = choice.value;
    while (choice.options.length > 1) choice.remove(1);
    hours.forEach(([value, label]) => choice.add(new Option(label, value)));
    choice.value = hours.some(([value]) => value === before) ? before : "";
    choice.hidden = hours.length === 0;
  });
})();
