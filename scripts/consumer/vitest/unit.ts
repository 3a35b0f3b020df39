export enum Unit {
  Metre = 1,
  Kilometre = 1000
}
