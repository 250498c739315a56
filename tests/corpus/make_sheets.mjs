// The files of tests/data/sheets that Python has no writer for. Run by hand, with SheetJS:
//
//     npm install --no-save xlsx@0.18.5
//     python -m tests.corpus.make_sheets --json | node tests/corpus/make_sheets.mjs tests/data/sheets
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const XLSX = createRequire(`${process.cwd()}/`)("xlsx");
const directory = process.argv[2];
const { lines, dates, serials, nik_at, born_at } = JSON.parse(readFileSync(0, "utf-8"));

function write(name, bookType, change = () => {}, { date1904 = false } = {}) {
  const sheet = XLSX.utils.aoa_to_sheet(lines);
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, sheet, "BNBA");
  book.Props = { CreatedDate: new Date("2021-11-23T07:00:00Z") };
  book.Workbook = { WBProps: { date1904 }, Sheets: [{ Hidden: 0 }] };
  change(sheet, book);
  XLSX.writeFile(book, `${directory}/${name}`, { bookType, compression: true });
}

const cell = (row, column) => XLSX.utils.encode_cell({ r: row, c: column });

function numbers(sheet) {
  for (let row = 1; row < lines.length; row++)
    sheet[cell(row, nik_at)] = { t: "n", v: Number(lines[row][nik_at]), z: "0" };
}

function dateCells(values) {
  return (sheet) =>
    values.forEach((value, index) => {
      sheet[cell(index + 1, born_at)] = { t: "n", v: value, z: "dd/mm/yyyy" };
    });
}

function hide(sheet, book) {
  const second = XLSX.utils.aoa_to_sheet(lines.slice(0, 4));
  XLSX.utils.book_append_sheet(book, second, "Lama");
  book.Workbook.Sheets = [{ Hidden: 0 }, { Hidden: 1 }];
}

// SheetJS writes the flag of the 1904 system to .xls, but not to .xlsb: the first bit of BrtWbProp.
function count1904(name) {
  const archive = XLSX.CFB.read(readFileSync(`${directory}/${name}`), { type: "buffer" });
  const { content } = XLSX.CFB.find(archive, "/xl/workbook.bin");
  const at = content.findIndex((byte, index) => byte === 0x99 && content[index + 1] === 0x01);
  content[at + 3] |= 1;
  writeFileSync(
    `${directory}/${name}`,
    XLSX.CFB.write(archive, { fileType: "zip", type: "buffer", compression: true }),
  );
}

write("plain.xlsb", "xlsb");
write("plain-biff8.xls", "biff8");
write("plain-biff5.xls", "biff5");
write("nik-number-cells.xlsb", "xlsb", numbers);
write("date-cells.xlsb", "xlsb", dateCells(serials));
write("dates-1904.xlsb", "xlsb", dateCells(dates));
count1904("dates-1904.xlsb");
write("dates-1904.xls", "biff8", dateCells(dates), { date1904: true });
write("hidden-sheet.xlsb", "xlsb", hide);
write("merged-district.xlsb", "xlsb", (sheet) => {
  for (let row = 2; row < lines.length; row++) delete sheet[cell(row, 3)];
  sheet["!merges"] = [{ s: { r: 1, c: 3 }, e: { r: lines.length - 1, c: 3 } }];
});
