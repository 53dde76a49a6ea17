// On a narrow screen Streamlit (1.67) lays the sidebar over the page and leaves it there when a
// page is chosen by st.page_link: fold it, as its own navigation does.
const NARROW = "(max-width: 768px)"; // Streamlit's breakpoint

document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-testid=stSidebar] [data-testid=stPageLink-NavLink]")) return;
  if (!matchMedia(NARROW).matches) return;
  document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
});
