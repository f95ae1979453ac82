package main

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"
)

func to[T any](value T) *T { return &value }

func valid() *corev1.PodTemplateSpec {
	container := corev1.Container{
		Name:  "web",
		Image: "example.com/web",
		SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: to(false),
			Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		},
	}
	return &corev1.PodTemplateSpec{Spec: corev1.PodSpec{
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot:   to(true),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		InitContainers: []corev1.Container{*container.DeepCopy()},
		Containers:     []corev1.Container{container},
	}}
}

// Changes that each break one control in a valid pod.
var breaks = map[string]func(*corev1.PodTemplateSpec){
	"root by id":           func(p *corev1.PodTemplateSpec) { p.Spec.SecurityContext.RunAsUser = to(int64(0)) },
	"root allowed":         func(p *corev1.PodTemplateSpec) { p.Spec.SecurityContext.RunAsNonRoot = nil },
	"no seccomp profile":   func(p *corev1.PodTemplateSpec) { p.Spec.SecurityContext.SeccompProfile = nil },
	"host network":         func(p *corev1.PodTemplateSpec) { p.Spec.HostNetwork = true },
	"host processes":       func(p *corev1.PodTemplateSpec) { p.Spec.HostPID = true },
	"host IPC":             func(p *corev1.PodTemplateSpec) { p.Spec.HostIPC = true },
	"escalation allowed":   func(p *corev1.PodTemplateSpec) { first(p).AllowPrivilegeEscalation = nil },
	"capabilities kept":    func(p *corev1.PodTemplateSpec) { first(p).Capabilities = nil },
	"capability added":     func(p *corev1.PodTemplateSpec) { first(p).Capabilities.Add = []corev1.Capability{"NET_RAW"} },
	"privileged":           func(p *corev1.PodTemplateSpec) { first(p).Privileged = to(true) },
	"unmasked /proc":       func(p *corev1.PodTemplateSpec) { first(p).ProcMount = to(corev1.UnmaskedProcMount) },
	"no security context":  func(p *corev1.PodTemplateSpec) { p.Spec.Containers[0].SecurityContext = nil },
	"no init context":      func(p *corev1.PodTemplateSpec) { p.Spec.InitContainers[0].SecurityContext = nil },
	"host port":            func(p *corev1.PodTemplateSpec) { p.Spec.Containers[0].Ports = []corev1.ContainerPort{{HostPort: 80}} },
	"probe of other hosts": func(p *corev1.PodTemplateSpec) { p.Spec.Containers[0].ReadinessProbe = elsewhere() },
	"host path": func(p *corev1.PodTemplateSpec) {
		source := corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}}
		p.Spec.Volumes = []corev1.Volume{{Name: "host", VolumeSource: source}}
	},
	"unsafe sysctl": func(p *corev1.PodTemplateSpec) {
		p.Spec.SecurityContext.Sysctls = []corev1.Sysctl{{Name: "kernel.msgmax", Value: "1"}}
	},
}

func first(pod *corev1.PodTemplateSpec) *corev1.SecurityContext {
	return pod.Spec.Containers[0].SecurityContext
}

func elsewhere() *corev1.Probe {
	get := &corev1.HTTPGetAction{Host: "169.254.169.254", Port: intstr.FromInt32(80)}
	return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: get}}
}

// The pod as an object of the kind.
func manifest(t *testing.T, kind string, pod *corev1.PodTemplateSpec) string {
	t.Helper()
	path := podPaths[kind]
	var value any = pod
	for i := len(path) - 1; i >= 0; i-- {
		value = map[string]any{path[i]: value}
	}
	text, err := yaml.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("kind: %s\n%s", kind, text)
}

func check(t *testing.T, text string) (*checker, error) {
	t.Helper()
	c, err := newChecker(allVersions)
	if err != nil {
		t.Fatal(err)
	}
	return c, c.read("test", strings.NewReader(text))
}

func expect(t *testing.T, text string, pods, rejected int) {
	t.Helper()
	c, err := check(t, text)
	if err != nil {
		t.Fatal(err)
	}
	if c.pods != pods || c.rejected != rejected {
		t.Errorf("%d pods, %d rejected; expected %d and %d in:\n%s", c.pods, c.rejected, pods, rejected, text)
	}
}

func TestEveryKind(t *testing.T) {
	for kind := range podPaths {
		expect(t, manifest(t, kind, valid()), 1, 0)
		broken := valid()
		broken.Spec.HostNetwork = true
		expect(t, manifest(t, kind, broken), 1, 1)
	}
}

func TestEveryBrokenControl(t *testing.T) {
	for name, change := range breaks {
		t.Run(name, func(t *testing.T) {
			pod := valid()
			change(pod)
			expect(t, manifest(t, "Deployment", pod), 1, 1)
		})
	}
}

func TestStreams(t *testing.T) {
	pod := manifest(t, "Pod", valid())
	expect(t, "---\n---\n# nothing\n---\nkind: Service\n---\n"+pod+"---\n"+pod, 2, 0)
	expect(t, `{"kind": "List", "items": [{"kind": "Pod", "spec": {"containers": [{"name": "web"}]}}]}`, 1, 1)
	expect(t, "kind: Service\n", 0, 0)
}

func TestUnreadable(t *testing.T) {
	misspelled := strings.Replace(manifest(t, "Pod", valid()), "allowPrivilegeEscalation", "allowPrivilegeEscalations", 1)
	for _, text := range []string{misspelled, "kind: Deployment\nspec: {}\n", "kind: [\n", "kind: List\nitems: [1]\n"} {
		if _, err := check(t, text); err == nil {
			t.Errorf("expected an error of:\n%s", text)
		}
	}
}

const exporter = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"exporter","namespace":"nodes"},"spec":{"hostNetwork":true,"containers":[{"name":"exporter"}]}}`

func TestExceptionsAreNamedAndNeeded(t *testing.T) {
	own := []string{"host namespaces", "allowPrivilegeEscalation != false", "unrestricted capabilities", "runAsNonRoot != true", "seccompProfile"}
	for title, test := range map[string]struct {
		pod                        string
		controls                   []string
		excepted, rejected, unused int
	}{
		"for the pod":            {"Pod nodes/exporter", own, 1, 0, 0},
		"for another pod":        {"Pod other/exporter", own, 0, 1, 5},
		"with too few controls":  {"Pod nodes/exporter", own[:1], 0, 1, 0},
		"with an unused control": {"Pod nodes/exporter", append(own[:5:5], "privileged"), 1, 0, 1},
	} {
		t.Run(title, func(t *testing.T) {
			c, err := newChecker(allVersions)
			if err != nil {
				t.Fatal(err)
			}
			c.exceptions[test.pod] = exception{Reason: "A reason", Controls: test.controls}
			if err := c.read("test", strings.NewReader(exporter)); err != nil {
				t.Fatal(err)
			}
			if c.excepted != test.excepted || c.rejected != test.rejected || len(c.unused()) != test.unused {
				t.Errorf("%d excepted, %d rejected, unused: %v", c.excepted, c.rejected, c.unused())
			}
		})
	}
}
