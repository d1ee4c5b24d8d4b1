export function App() {
  return <h1>CUPS</h1>;
}
