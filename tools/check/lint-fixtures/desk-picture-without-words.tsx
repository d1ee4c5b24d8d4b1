// at: apps/desk/src/queue/picture.tsx
// refused by: jsx-a11y/alt-text
export const Picture = () => <img src="/icon.svg" />;
