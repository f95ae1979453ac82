// Checks the pods of manifests with the restricted Pod Security Standard, with the code of the API server's admission. Reads the
// files in the arguments, or standard input without arguments.
//
// Prints each rejected pod and then "N pods, M rejected". Exits with 1 where a pod is rejected, where the manifests have no pod,
// and where a manifest cannot be read. The file of -exceptions lists pods that may break controls of the standard, with these
// controls and a reason. A pod that breaks another control is rejected, and an exception that no pod needs is an error.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

// The path of the pod template in each kind of Kubernetes.
var podPaths = map[string][]string{
	"Pod":                   {},
	"PodTemplate":           {"template"},
	"Deployment":            {"spec", "template"},
	"StatefulSet":           {"spec", "template"},
	"DaemonSet":             {"spec", "template"},
	"ReplicaSet":            {"spec", "template"},
	"ReplicationController": {"spec", "template"},
	"Job":                   {"spec", "template"},
	"CronJob":               {"spec", "jobTemplate", "spec", "template"},
}

// Controls of the standard that a pod may break.
type exception struct {
	// Why the pod needs it.
	Reason string `json:"reason"`
	// The controls, in the words of the standard.
	Controls []string `json:"controls"`
}

type checker struct {
	evaluator policy.Evaluator
	levels    []api.LevelVersion
	pods      int
	rejected  int
	excepted  int
	// The exceptions by the kind, namespace and name of the object that creates the pod.
	exceptions map[string]exception
	// The controls that pods broke, by exception.
	used map[string]map[string]bool
}

// The versions that OKE offers. They differ: 1.34 rejects pods that run as root in a user namespace, which 1.35 and newer
// versions accept.
const allVersions = "v1.34,v1.35,v1.36"

func newChecker(versions string) (*checker, error) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return nil, err
	}
	c := &checker{evaluator: evaluator, exceptions: map[string]exception{}, used: map[string]map[string]bool{}}
	for _, name := range strings.Split(versions, ",") {
		version, err := api.ParseVersion(name)
		if err != nil {
			return nil, err
		}
		c.levels = append(c.levels, api.LevelVersion{Level: api.LevelRestricted, Version: version})
	}
	return c, nil
}

// Checks each document of a stream of YAML or JSON.
func (c *checker) read(from string, stream io.Reader) error {
	documents := utilyaml.NewYAMLOrJSONDecoder(stream, 4096)
	for {
		object := map[string]any{}
		if err := documents.Decode(&object); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", from, err)
		}
		if err := c.object(from, object); err != nil {
			return err
		}
	}
}

func (c *checker) object(from string, object map[string]any) error {
	u := unstructured.Unstructured{Object: object}
	name := strings.TrimLeft(u.GetKind()+" "+strings.TrimPrefix(u.GetNamespace()+"/"+u.GetName(), "/"), " ")
	if items, found, _ := unstructured.NestedSlice(object, "items"); found && strings.HasSuffix(u.GetKind(), "List") {
		for _, item := range items {
			child, ok := item.(map[string]any)
			if !ok {
				return fmt.Errorf("%s: %s has an item that is not an object", from, name)
			}
			if err := c.object(from, child); err != nil {
				return err
			}
		}
		return nil
	}
	path, ok := podPaths[u.GetKind()]
	if !ok {
		return nil
	}
	// An empty path is the object itself.
	template, found, err := unstructured.NestedMap(object, path...)
	if err != nil || !found {
		return fmt.Errorf("%s: %s has no pod at %s", from, name, strings.Join(path, "."))
	}
	for _, field := range []string{"apiVersion", "kind", "status"} {
		delete(template, field)
	}
	text, err := yaml.Marshal(template)
	if err != nil {
		return err
	}
	// Strict, because a misspelled field would otherwise be ignored.
	pod := corev1.PodTemplateSpec{}
	if err := yaml.UnmarshalStrict(text, &pod); err != nil {
		return fmt.Errorf("%s: %s: %w", from, name, err)
	}
	c.pod(from, name, &pod)
	return nil
}

func (c *checker) pod(from, name string, pod *corev1.PodTemplateSpec) {
	c.pods++
	allowed, excepted := c.exceptions[name]
	var details []string
	versions := map[string][]string{}
	for _, level := range c.levels {
		result := policy.AggregateCheckResults(c.evaluator.EvaluatePod(level, &pod.ObjectMeta, &pod.Spec))
		for i, control := range result.ForbiddenReasons {
			if excepted && slices.Contains(allowed.Controls, control) {
				if c.used[name] == nil {
					c.used[name] = map[string]bool{}
				}
				c.used[name][control] = true
				continue
			}
			detail := fmt.Sprintf("%s (%s)", control, result.ForbiddenDetails[i])
			if versions[detail] == nil {
				details = append(details, detail)
			}
			versions[detail] = append(versions[detail], level.Version.String())
		}
	}
	if len(details) == 0 {
		if excepted {
			c.excepted++
			fmt.Printf("%s: %s: excepted: %s: %s\n", from, name, strings.Join(allowed.Controls, ", "), allowed.Reason)
		}
		return
	}
	for _, detail := range details {
		fmt.Printf("%s: %s: rejected by %s: %s\n", from, name, strings.Join(versions[detail], ", "), detail)
	}
	c.rejected++
}

// Reads the exceptions; each has a reason and controls.
func (c *checker) except(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &c.exceptions); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for pod, exception := range c.exceptions {
		if strings.TrimSpace(exception.Reason) == "" || len(exception.Controls) == 0 {
			return fmt.Errorf("%s: %s has no reason or no controls", name, pod)
		}
	}
	return nil
}

// The exceptions that no pod needs, with the control.
func (c *checker) unused() []string {
	var names []string
	for name, exception := range c.exceptions {
		for _, control := range exception.Controls {
			if !c.used[name][control] {
				names = append(names, fmt.Sprintf("%s (%s)", name, control))
			}
		}
	}
	sort.Strings(names)
	return names
}

func run() error {
	versions := flag.String("versions", allVersions, "versions of the standard to check")
	exceptions := flag.String("exceptions", "", "file with exceptions by kind, namespace and name")
	flag.Parse()
	c, err := newChecker(*versions)
	if err != nil {
		return err
	}
	if *exceptions != "" {
		if err := c.except(*exceptions); err != nil {
			return err
		}
	}
	if flag.NArg() == 0 {
		if err := c.read("standard input", os.Stdin); err != nil {
			return err
		}
	}
	for _, name := range flag.Args() {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		err = c.read(name, file)
		file.Close()
		if err != nil {
			return err
		}
	}
	fmt.Printf("%d pods, %d rejected\n", c.pods, c.rejected)
	if c.excepted > 0 {
		fmt.Printf("%d pods with exceptions\n", c.excepted)
	}
	if c.pods == 0 {
		return errors.New("there are no pods to check")
	}
	if c.rejected > 0 {
		return errors.New("the restricted Pod Security Standard rejects the pods above")
	}
	if names := c.unused(); len(names) > 0 {
		return fmt.Errorf("no pod needs the exceptions of %s", strings.Join(names, ", "))
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
