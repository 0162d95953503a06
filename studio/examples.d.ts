/** What the build's plugin `examples` gives: the address of a picture. */
declare module "*?example" {
  const url: string;
  export default url;
}
