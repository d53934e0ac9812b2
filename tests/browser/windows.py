"""What people do in the windows of JupyterLab and of the formgrader."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

SLOW_MS = 90_000


@dataclass(frozen=True)
class AssignmentList:
    """JupyterLab's list of assignments of one student."""

    page: Page

    def open(self) -> None:
        """From JupyterLab's menu, as soon as it is there."""
        self.page.get_by_role("menuitem", name="Nbgrader").click()
        self.page.get_by_role("menuitem", name="Assignment List").click()

    @property
    def released(self) -> Locator:
        """Labs that can be fetched."""
        return self.page.locator("#released_assignments_list")

    @property
    def fetched(self) -> Locator:
        """Labs in the student's folder."""
        return self.page.locator("#fetched_assignments_list")

    @property
    def submitted(self) -> Locator:
        """Labs that were handed in."""
        return self.page.locator("#submitted_assignments_list")

    def fetch(self, assignment: str) -> None:
        """Copy a released lab into the folder."""
        expect(self.released.get_by_text(assignment)).to_be_visible(timeout=SLOW_MS)
        self.released.get_by_role("button", name="Fetch").click()
        expect(self.fetched.get_by_role("button", name=assignment)).to_be_visible(timeout=SLOW_MS)

    def open_notebook(self, assignment: str, notebook: str) -> "Notebook":
        """Unfold a fetched lab and open one of its notebooks."""
        self.fetched.get_by_role("button", name=assignment).click()
        self.fetched.locator(".nested_list_item").get_by_text(notebook, exact=True).click()
        return Notebook(self.page)

    def submit(self, assignment: str) -> None:
        """Hand in."""
        self.page.get_by_role("tab", name="Assignments").click()
        self.fetched.get_by_role("button", name="Submit").click()
        expect(self.submitted.get_by_text(assignment).first).to_be_visible(timeout=SLOW_MS)

    def fetch_feedback(self) -> None:
        """Copy feedback beside the lab, and show its folder."""
        self.submitted.get_by_role("button", name="Fetch Feedback").click()
        self.submitted.get_by_text("view feedback").click()


@dataclass(frozen=True)
class Notebook:
    """The notebook in front."""

    page: Page

    @property
    def panel(self) -> Locator:
        """All of it."""
        return self.page.locator(".jp-NotebookPanel:visible")

    def wait_for_kernel(self) -> None:
        """Until cells can run."""
        self.panel.locator(".jp-CodeCell").first.wait_for()
        expect(self.page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=SLOW_MS)

    def run_first_cell(self) -> None:
        """Run it and wait for its number."""
        cell = self.panel.locator(".jp-CodeCell").first
        cell.click()
        self.page.keyboard.press("Shift+Enter")
        expect(cell.locator(".jp-InputPrompt").first).to_have_text("[1]:", timeout=SLOW_MS)

    def validate(self) -> str:
        """Press nbgrader's button; what it says."""
        self.panel.get_by_role("button", name="Validate").click()
        dialog = self.page.get_by_role("dialog")
        expect(dialog).to_contain_text("Validation Results", timeout=SLOW_MS)
        return dialog.inner_text()

    def answer_in_words(self, title: str, words: str) -> None:
        """Write into the text cell with that title."""
        cell = self.panel.locator(".jp-MarkdownCell").filter(has_text=title).last
        cell.scroll_into_view_if_needed()
        cell.dblclick()
        editor = cell.locator(".cm-content")
        editor.click()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.insert_text(f"\n\n{words}")
        self.page.keyboard.press("Shift+Enter")
        expect(cell.locator(".jp-RenderedMarkdown")).to_contain_text(words)

    def save(self) -> None:
        """Save and wait until it is on the disk."""
        with self.page.expect_response(
            lambda reply: reply.request.method == "PUT" and "/api/contents/" in reply.url
        ):
            self.page.keyboard.press("Control+s")

    def close_dialog(self) -> None:
        """Press OK."""
        self.page.get_by_role("dialog").get_by_role("button", name="Ok").click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)


@dataclass(frozen=True)
class Formgrader:
    """nbgrader's pages for staff."""

    page: Page

    def open_submission(self, assignment: str, notebook: str) -> None:
        """Walk from the list of labs to the first hand-in, as a TA does."""
        self.page.get_by_role("link", name="Manual Grading").first.click()
        self.page.get_by_role("link", name=assignment, exact=True).click()
        self.page.wait_for_url(f"**/gradebook/{assignment}")
        self.page.get_by_role("link", name=notebook, exact=True).last.click()
        # Until the marks have been loaded, what is typed is not saved.
        self.page.get_by_role("link", name="Submission #1", exact=True).click()
        self.page.wait_for_url("**/submissions/**")
        self.page.wait_for_load_state("networkidle")

    def give(self, grade_id: str, points: str, comment: str) -> None:
        """Type points and a comment; both are saved when the cursor leaves the field."""
        score = self.page.locator(f"#{grade_id}")
        score.scroll_into_view_if_needed()
        with self.page.expect_response(lambda reply: "/api/grade/" in reply.url and reply.ok):
            score.fill(points)
            score.blur()
        with self.page.expect_response(lambda reply: "/api/comment/" in reply.url and reply.ok):
            words = self.page.locator(f"#{grade_id}-comment")
            words.fill(comment)
            words.blur()
