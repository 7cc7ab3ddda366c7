// What ical.js, which Thunderbird reads calendars with, sees in each file named on the command line.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [library, ...files] = process.argv.slice(2);
const { default: ICAL } = await import(pathToFileURL(library));

function seen(component) {
  const event = new ICAL.Event(component);
  const time = (value) => (value.isDate ? value.toString() : value.toUnixTime());
  return {
    uid: event.uid,
    sequence: event.sequence,
    starts: time(event.startDate),
    ends: time(event.endDate),
    status: component.getFirstPropertyValue("status"),
    summary: event.summary,
  };
}

const read = files.map((file) => {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
  return calendar.getAllSubcomponents("vevent").map(seen);
});
process.stdout.write(JSON.stringify(read));
